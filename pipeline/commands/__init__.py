"""What the command's larger subcommands do; pipeline/cli.py mounts them."""
