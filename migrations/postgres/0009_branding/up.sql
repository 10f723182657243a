-- How the pages of a workspace look: the name above them, a colour as #rrggbb, and which logo they show
-- (the hash of the picture).
ALTER TABLE workspaces ADD COLUMN brand_name TEXT;
ALTER TABLE workspaces ADD COLUMN brand_colour TEXT;
ALTER TABLE workspaces ADD COLUMN brand_logo TEXT;

-- The pictures, apart: a workspace is read with every request, its logo once by each browser.
CREATE TABLE workspace_logos (
    workspace_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    content TEXT NOT NULL
);
