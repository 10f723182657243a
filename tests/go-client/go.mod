module main-job

go 1.19
