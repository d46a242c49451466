"""The wires to printers: TCP, serial lines, USB, a spooler. Each call ends by its deadline, or when it is given up."""
