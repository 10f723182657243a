DROP TABLE workspace_logos;
ALTER TABLE workspaces DROP COLUMN brand_logo;
ALTER TABLE workspaces DROP COLUMN brand_colour;
ALTER TABLE workspaces DROP COLUMN brand_name;
