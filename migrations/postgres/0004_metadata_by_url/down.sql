DROP TABLE leases;
DROP TABLE metadata_sources;
