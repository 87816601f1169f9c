"""What Sphinx's pages get for the screen: addresses, search, filters, references."""
