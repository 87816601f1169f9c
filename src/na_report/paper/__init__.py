"""The book on paper: Sphinx's trees as Typst, a template, and the PDF that Typst makes of them."""

FOLDER = "paper"  # where Sphinx's pages for it are, beside those for the screen
