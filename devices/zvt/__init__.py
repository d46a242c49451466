"""Card terminals that speak ZVT (PA00P015 revision 13.08, PA00P016 revision 04), over TCP and serial lines.

Inside out: ``numbers``, ``tlv``, ``fields``, ``apdu``, ``messages`` are the pure codec; ``block`` frames for
serial lines; ``links`` and ``transport`` bring APDUs there and back; ``dialogue`` is one command with all its answers;
``terminal`` is what the core calls. No card number leaves the codec.
"""
