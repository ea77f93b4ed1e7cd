"""Joins the stages: process(event) -> Step(events, commands)."""
