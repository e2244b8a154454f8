"""Inspections (巡检): templates, plans, rounds and their answers."""

from app import photos
from app.inspections import machine, ops, settle, templates

__all__ = ["machine", "ops", "photos", "settle", "templates"]
