"""The book on paper: Sphinx's trees as Typst, a template, and the PDF that Typst makes of them."""

# Where Sphinx's pages for paper are, beside those for the screen.
FOLDER = "paper"
