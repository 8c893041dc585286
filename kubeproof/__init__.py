"""The front door: text in, text out. Importing it loads no solver and no numbers; names are fetched when asked for."""
