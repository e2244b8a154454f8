"""The technician's first page (今日)."""
