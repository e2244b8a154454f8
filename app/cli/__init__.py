"""The command line: administrators, scripts and schedules (`sitewright --help`)."""
