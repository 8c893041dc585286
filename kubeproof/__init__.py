"""The front door: text in, text out. Importing it loads no solver and no numbers library; names are fetched when asked for."""
