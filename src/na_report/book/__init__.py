"""The book: Sphinx, HTML and PDF, the site, the preview, the archive."""
