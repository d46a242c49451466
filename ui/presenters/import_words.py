"""What an import left out, mended or refused, in words: by the stable code. No Qt."""

from __future__ import annotations

from counter_app.texts import Texts, mark

FAULTS: dict[str, str] = {
    "bad_csv": mark("Quotation marks that do not fit: row left out"),
    "bad_coordinate": mark("Coordinates that cannot be: left out"),
    "bad_date": mark("Not a date: left out"),
    "bad_fare": mark("Not an amount: fare left out"),
    "bad_parent": mark("Not a station that this stop can belong to: treated as its own station"),
    "bad_time": mark("Not a time: trip left out"),
    "bad_timezone": mark("Unknown time zone: operator left out"),
    "bad_value": mark("A value that is not allowed"),
    "calendar_reversed": mark("Calendar ends before it begins: left out"),
    "control_character": mark("Control characters removed"),
    "currency_mixed": mark("Second currency on one trip: fare left out"),
    "dangling_reference": mark("Refers to something that is not there: left out"),
    "distance_decreases": mark("Distances go back: left out"),
    "duplicate_id": mark("Stands twice"),
    "duplicate_place": mark("The same place twice: the first is kept"),
    "duplicate_sequence": mark("Two calls with one sequence number: trip left out"),
    "fare_not_monotone": mark("Fares fall along the trip: class left out"),
    "format_character": mark("Invisible or direction-changing characters removed"),
    "frequencies_overlap": mark("Overlaps another period of this trip: left out"),
    "line_break": mark("Line break replaced by a space"),
    "missing_time": mark("No time at the first or last call: trip left out"),
    "missing_value": mark("A value is missing"),
    "negative_fare": mark("Negative fare: left out"),
    "ragged_row": mark("Not as many fields as columns: row left out"),
    "text_too_long": mark("Text too long"),
    "times_decrease": mark("Times go back: trip left out"),
    "too_few_calls": mark("Fewer than two calls: trip left out"),
    "too_many_calls": mark("Too many calls: trip left out"),
    "too_many_coaches": mark("Too many coaches: left out"),
    "too_many_departures": mark("Too many departures: left out"),
    "too_many_places": mark("Too many places in one coach: left out"),
    "unknown_currency": mark("Unknown currency: fare left out"),
    "unknown_file": mark("Looks like a file of the timetable and is not: ignored"),
}
REFUSALS: dict[str, str] = {
    "bad_csv": mark("a quotation mark is never closed"),
    "bad_name": mark("central named a file that cannot be one"),
    "bad_timezone": mark("unknown time zone"),
    "catalogue_version": mark("catalogue of another version"),
    "damaged": mark("the file is damaged"),
    "disk_full": mark("the disk is full"),
    "duplicate_column": mark("a column stands twice"),
    "duplicate_entry": mark("two files of one name inside"),
    "empty_feed": mark("no trip that can be used"),
    "encrypted": mark("the file is encrypted"),
    "field_too_long": mark("a field is too long"),
    "import_crashed": mark("the import broke off"),
    "import_stalled": mark("the import did not go on"),
    "incomplete": mark("the download is not complete"),
    "missing_column": mark("a column is missing"),
    "missing_file": mark("a file is missing"),
    "not_a_catalogue": mark("not a catalogue"),
    "not_a_zip": mark("not a zip file"),
    "not_utf8": mark("not in UTF-8"),
    "nul_byte": mark("zero bytes in a text"),
    "out_of_order": mark("a piece of the download does not fit its place"),
    "split_archive": mark("one part of a split zip"),
    "too_large": mark("too large"),
    "too_many_columns": mark("too many columns"),
    "too_many_entries": mark("too many files inside"),
    "unreadable": mark("the file cannot be read"),
    "unsafe_entry_name": mark("an unsafe file name inside"),
    "unsafe_entry_type": mark("a link or device inside"),
    "unsupported_compression": mark("a compression that is not supported"),
    "unwritable": mark("the profile's folder cannot be written"),
    "wrong_digest": mark("the download is not the file that central named"),
}


def fault_text(code: str, t: Texts) -> str:
    """A code that is not known here is shown as it is: support asks for it."""
    return t(FAULTS[code]) if code in FAULTS else code.replace("_", " ")


def refused_text(code: str, t: Texts) -> str:
    """With the code beside the words: it is what support, and whoever made the feed, ask for."""
    return f"{t(REFUSALS[code])} [{code}]" if code in REFUSALS else code
