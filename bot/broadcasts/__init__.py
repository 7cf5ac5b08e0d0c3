"""News for many people at once: weighed before, undone within a minute, never sent twice."""
