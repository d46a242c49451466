"""Sentences for every refusal, in English; Chinese stands in ``resources/i18n/zh_CN.errors.ts``."""

from __future__ import annotations

from counter_app.errors import Reason
from counter_app.texts import mark
from ui.presenters.paper_refusals import PAPER_SENTENCES
from ui.presenters.payment_refusals import PAYMENT_SENTENCES
from ui.presenters.said import Said

SENTENCES: dict[Reason, Said] = {
    Reason.BAD_CREDENTIALS: Said(
        mark("Not signed in"),
        mark("Login or password is wrong."),
        mark("Type both again. Mind Caps Lock."),
    ),
    Reason.ACCOUNT_LOCKED: Said(
        mark("Account locked"),
        mark("Too many wrong passwords were tried."),
        mark("Wait, or ask an administrator."),
        mood="bad",
        detail=mark("Too many wrong passwords were tried. Locked until {until}."),
    ),
    Reason.NOT_ALLOWED: Said(
        mark("Not allowed"),
        mark("Your role does not have this right."),
        mark("Ask a supervisor or an administrator."),
    ),
    Reason.SECOND_PERSON_NEEDED: Said(
        mark("A second person is needed"),
        mark("The same person cannot do both steps."),
        mark("Another supervisor must sign in here."),
    ),
    Reason.NAME_TAKEN: Said(
        mark("Login already used"),
        mark("Another account has this login."),
        mark("Choose another login."),
    ),
    Reason.PASSWORD_TOO_SHORT: Said(
        mark("Password too short"),
        mark("The password has too few characters."),
        mark("Choose a longer one; a short sentence is good."),
        detail=mark("The password needs at least {minimum} characters."),
    ),
    Reason.SHIFT_CLOSED: Said(
        mark("No open shift"),
        mark("There is no open shift on this drawer."),
        mark("Open a shift first."),
    ),
    Reason.SHIFT_ALREADY_OPEN: Said(
        mark("A shift is already open"),
        mark("This drawer has a shift that is not closed."),
        mark("Close that shift first."),
        detail=mark("The shift of {login} is not closed."),
    ),
    Reason.SHIFT_OF_ANOTHER: Said(
        mark("Another person's shift is open"),
        mark("The open shift on this drawer is not yours."),
        mark(
            "That shift is counted and closed under Shift, by whoever opened it or by a supervisor. Then open your own."
        ),
        detail=mark("The open shift on this drawer is that of {login}, not yours."),
    ),
    Reason.SHIFT_COUNTED: Said(
        mark("The shift is counted"),
        mark("The drawer of this shift was counted: nothing more is taken or given in it."),
        mark("Close it under Shift with a supervisor, then open a new one."),
    ),
    Reason.SHIFT_NOT_DECLARED: Said(
        mark("Cash not counted yet"),
        mark("The drawer has to be counted and declared before it is closed."),
        mark("Count the drawer and declare it."),
    ),
    Reason.REASON_NEEDED: Said(
        mark("A reason is needed"),
        mark("This is only done with a reason."),
        mark("Type the reason."),
    ),
    Reason.DRAWER_SHORT: Said(
        mark("Not enough cash in the drawer"),
        mark("The drawer holds less than this amount."),
        mark("Pay cash in first, or take a smaller amount."),
    ),
    Reason.UNKNOWN_STATION: Said(
        mark("Station not found"),
        mark("No station answers to this text."),
        mark("Try the name, pinyin, initials or station code."),
        detail=mark("No station answers to “{text}”."),
    ),
    Reason.AMBIGUOUS_STATION: Said(
        mark("More than one station fits"),
        mark("The text fits several stations."),
        mark("Choose one from the list."),
        detail=mark("“{text}” fits several stations: {candidates}."),
    ),
    Reason.UNKNOWN_RUN: Said(
        mark("Service not found"),
        mark("This service does not run on this day, or not between these stations."),
        mark("Search again by stations."),
    ),
    Reason.NO_TIMETABLE: Said(
        mark("No timetable"),
        mark("This counter has no timetable yet."),
        mark("An administrator imports one under Timetable."),
        mood="bad",
    ),
    Reason.FILE_REFUSED: Said(
        mark("File refused"),
        mark("The file is not a timetable that can be used."),
        mark("The present timetable stays in use. Ask the sender for a corrected file."),
        mood="bad",
        detail=mark("The file is not a timetable that can be used ({code}: {detail})."),
    ),
    Reason.BEYOND_HORIZON: Said(
        mark("Beyond the sale horizon"),
        mark("This date is beyond the sale horizon."),
        mark("Choose an earlier date."),
        detail=mark("This date is beyond the sale horizon; the last one on sale is {last}."),
    ),
    Reason.DEPARTED: Said(
        mark("Already departed"),
        mark("The service has left this station."),
        mark("Choose a later departure."),
    ),
    Reason.BAD_DATE: Said(
        mark("Date not understood"),
        mark("This is not a date that is known here."),
        mark("Type +1, 1205, 2026-12-05 or a weekday."),
        detail=mark("“{text}” is not a date."),
    ),
    Reason.PLACE_TAKEN: Said(
        mark("Place just taken"),
        mark("Someone else holds one of these places on part of the way."),
        mark("The seat map is up to date again: choose another."),
    ),
    Reason.NOT_ENOUGH_PLACES: Said(
        mark("Not enough places"),
        mark("Fewer places are free than passengers."),
        mark("Try another class or departure, or fewer passengers."),
        detail=mark("Places that are still free: {free}."),
    ),
    Reason.NOT_HELD: Said(
        mark("These places are not held"),
        mark("This sale holds no places any more."),
        mark("Search again and choose places."),
    ),
    Reason.HOLD_EXPIRED: Said(
        mark("The hold ran out"),
        mark("The places were let go because the time was up."),
        mark("Search again and choose places."),
    ),
    Reason.FARE_UNKNOWN: Said(
        mark("Fare unknown"),
        mark("The timetable has no fare for this class on this span."),
        mark("Choose another class."),
    ),
    Reason.NO_PASSENGERS: Said(
        mark("No passengers"),
        mark("A sale needs at least one passenger."),
        mark("Add a passenger."),
    ),
    Reason.TOO_MANY_PASSENGERS: Said(
        mark("Too many passengers"),
        mark("One sale cannot take so many passengers."),
        mark("Split the party into several sales."),
        detail=mark("One sale takes at most {maximum} passengers."),
    ),
    Reason.NAME_NEEDED: Said(
        mark("Name needed"),
        mark("The rules ask for each passenger's name."),
        mark("Type the name as on the document."),
    ),
    Reason.DOCUMENT_NEEDED: Said(
        mark("Document needed"),
        mark("The rules ask for each passenger's document."),
        mark("Type or scan the document number."),
    ),
    Reason.BAD_DOCUMENT: Said(
        mark("Document number is wrong"),
        mark("The number does not pass its own check."),
        mark("Compare it with the document, digit by digit."),
    ),
    Reason.SAME_DOCUMENT_TWICE: Said(
        mark("Same document twice"),
        mark("This document already has a ticket on this run."),
        mark("One document, one ticket: use each passenger's own."),
    ),
    Reason.NAME_NOT_PRINTABLE: Said(
        mark("Name cannot be printed"),
        mark("A character of the name has no shape in the printing font."),
        mark("Use pinyin for that character."),
        detail=mark("“{character}” has no shape in the printing font."),
    ),
    Reason.CASH_SHORT: Said(
        mark("Not enough cash"),
        mark("Less was received than is due."),
        mark("Take the rest, then confirm again."),
        detail=mark("{missing} is missing."),
    ),
    Reason.AMOUNT_OUT_OF_RANGE: Said(
        mark("Amount not possible"),
        mark("The amount is zero, negative or too large."),
        mark("Type the amount again."),
    ),
    Reason.TYPE_NOT_SOLD_HERE: Said(
        mark("Ticket type not sold here"),
        mark("The rules do not allow this passenger type for this class or service."),
        mark("Choose another type or class."),
    ),
    Reason.UNKNOWN_TICKET: Said(
        mark("Ticket not found"),
        mark("No ticket of this counter answers to this."),
        mark("Scan the code, or type the number or the document."),
    ),
    Reason.ALREADY_REFUNDED: Said(
        mark("Already refunded"),
        mark("The money for this ticket was given back before."),
        mark("Look the refund up in orders."),
    ),
    Reason.NOT_REFUNDABLE: Said(
        mark("Not refundable"),
        mark("The rules do not allow a refund now."),
        mark("A supervisor may overrule with a reason."),
    ),
    Reason.NOT_EXCHANGEABLE: Said(
        mark("Not exchangeable"),
        mark("The rules do not allow an exchange of this ticket now."),
        mark("Refund it, where its rules allow that, and sell a new one."),
    ),
    Reason.EXCHANGED_BEFORE: Said(
        mark("Exchanged once already"),
        mark("This ticket came of an exchange, and a ticket is exchanged once."),
        mark("Refund it, where its rules allow that, and sell a new one."),
    ),
    Reason.EXCHANGE_OTHER_ROUTE: Said(
        mark("Another route"),
        mark("A ticket is exchanged for one between the same two stations."),
        mark("Choose a departure between the stations of the old ticket, or refund it."),
    ),
    Reason.EXCHANGE_OTHER_PASSENGER: Said(
        mark("Another passenger"),
        mark("A ticket is exchanged for one of the same passenger and type, one at a time."),
        mark("Put the old ticket's passenger in again, or give the exchange up with F6."),
    ),
    Reason.QUOTE_CHANGED: Said(
        mark("The amount has changed"),
        mark("A price or fee changed since it was shown."),
        mark("Read the new amount to the customer, then confirm."),
    ),
    Reason.BAD_CODE: Said(
        mark("Code cannot be read"),
        mark("This is not the code of a ticket."),
        mark("Scan again, or type the ticket number."),
    ),
    Reason.FORGED_CODE: Said(
        mark("The code is not genuine"),
        mark("The signature does not belong to this ticket."),
        mark("Keep the ticket and call a supervisor."),
        mood="bad",
    ),
    Reason.UNKNOWN_KEY: Said(
        mark("Issuer not known"),
        mark("The ticket was signed with a key that is not known here."),
        mark("Load the current trust file, or call a supervisor."),
    ),
    Reason.CODE_EXPIRED: Said(
        mark("No longer valid"),
        mark("The time of this ticket has passed."),
        mark("Check date and service with the passenger."),
    ),
    Reason.SLIP_OUT: Said(
        mark("Reimbursement slip still out"),
        mark("A reimbursement slip was printed for this ticket."),
        mark("Take the slip back, then confirm it. Without it the ticket cannot be refunded."),
        detail=mark("Reimbursement slip {issue} was printed for this ticket."),
    ),
    Reason.SLIP_ISSUED: Said(
        mark("Slip already issued"),
        mark("A ticket gets one reimbursement slip."),
        mark("If it is spoiled, a supervisor prints a numbered copy."),
        detail=mark("This ticket has reimbursement slip {issue}."),
    ),
    Reason.NOTHING_PAID: Said(
        mark("Nothing was paid"),
        mark("This ticket has no price."),
        mark("It needs no reimbursement slip."),
    ),
    Reason.KEY_REVOKED: Said(
        mark("Key withdrawn"),
        mark("The operator no longer stands by the key that signed this ticket."),
        mark("Keep the ticket, and call a supervisor."),
        mood="bad",
    ),
    Reason.KEY_EXPIRED: Said(
        mark("Key no longer valid"),
        mark("The time of the key that signed this ticket was over when it was sold."),
        mark("Keep the ticket, and call a supervisor."),
        mood="bad",
    ),
    Reason.TRUST_BEHIND: Said(
        mark("Keys not complete yet"),
        mark("What central said of the keys of all windows has not arrived as a whole."),
        mark("Try again when Sync is up to date."),
    ),
    Reason.TRUST_OLDER: Said(
        mark("Older trust file"),
        mark("This counter has newer keys of that operator already."),
        mark("Ask the operator for its newest trust file."),
        detail=mark("The file has number {sequence}; number {known} is here already."),
    ),
    Reason.TICKET_REDEEMED: Said(
        mark("Ticket already used"),
        mark("The ticket was checked and let through."),
        mark("A supervisor may give it back."),
        detail=mark("Ticket {ticket} was checked and let through."),
    ),
    Reason.PROFILE_EXISTS: Said(
        mark("There is already a counter here"),
        mark("The folder holds a counter's data."),
        mark("Choose another folder."),
        mood="bad",
    ),
    Reason.NO_REPORT: Said(
        mark("No such report"),
        mark("No shift has been closed under this number."),
        mark("Choose another one from the list."),
    ),
    Reason.PROFILE_TOO_OLD: Said(
        mark("Made by an older version"),
        mark("The data was written by an older version than this program reads."),
        mark("Bring it up to date with the version between."),
        mood="bad",
    ),
    Reason.STORE_NOT_WRITABLE: Said(
        mark("Nothing can be written"),
        mark("The disk is full, read-only or gone."),
        mark("Stop selling and call the administrator."),
        mood="bad",
    ),
    Reason.NO_PROFILE: Said(
        mark("No counter here"),
        mark("The folder holds no counter's data."),
        mark("Set one up with “counterfoil init”."),
        mood="bad",
    ),
    Reason.PROFILE_IN_USE: Said(
        mark("Already running"),
        mark("Another program works with this counter's data."),
        mark("Use the window that is open, or end the other program."),
        mood="bad",
    ),
    Reason.PROFILE_TOO_NEW: Said(
        mark("Made by a newer version"),
        mark("The data was written by a newer version of the program."),
        mark("Install that version or a later one."),
        mood="bad",
    ),
    Reason.SQLITE_TOO_OLD: Said(
        mark("Database library too old"),
        mark("This version of SQLite can damage data."),
        mark("Reinstall the program with its own libraries."),
        mood="bad",
        detail=mark("SQLite {found} can damage data; {needed} is needed."),
    ),
    Reason.STORE_DAMAGED: Said(
        mark("The store is damaged"),
        mark("What is stored does not agree with itself."),
        mark("Do not sell. Call the administrator; a backup is needed."),
        mood="bad",
    ),
    Reason.STORE_BEHIND_WITNESS: Said(
        mark("The store is older than it should be"),
        mark("Entries that were once written are missing: a restored backup, perhaps."),
        mark("Do not sell. An administrator has to start a new epoch."),
        mood="bad",
    ),
    Reason.CLOCK_JUMPED: Said(
        mark("The clock has jumped"),
        mark("The computer's time is not what it should be."),
        mark("Correct the time; a supervisor has to accept it."),
        mood="bad",
    ),
    Reason.LAYOUT_REFUSED: Said(
        mark("A layout cannot be used"),
        mark("A file that says how paper looks was refused."),
        mark("Correct the file. Until then the layout of the program is used."),
        mood="bad",
        detail=mark("{file}, line {line}: {code}."),
    ),
    Reason.BAD_SETTING: Said(
        mark("A setting is wrong"),
        mark("A line of the settings file cannot be used."),
        mark("Correct the settings file, then start again."),
        mood="bad",
        detail=mark("The setting “{key}” cannot be used: {detail}."),
    ),
    Reason.BAD_INPUT: Said(
        mark("Input not understood"),
        mark("What was typed cannot be used."),
        mark("Check it and type it again."),
    ),
    Reason.PRINTER_NOT_READY: Said(
        mark("Printer not ready"),
        mark("The printer does not say that it is ready."),
        mark("Check paper, cover and cable, then try again."),
        mood="bad",
    ),
    Reason.JOB_NOT_OPEN: Said(
        mark("This print job is finished"),
        mark("The job was already printed or settled."),
        mark("Reprint from the order if another paper is needed."),
    ),
    Reason.CENTRAL_UNREACHABLE: Said(
        mark("Central does not answer"),
        mark("This needs central records, and they did not answer in time."),
        mark("Sell what is held here, or try again when the line is back."),
    ),
    Reason.CENTRAL_REFUSED: Said(
        mark("Central said no"),
        mark("Central did not accept this."),
        mark("If the reason is not clear, ask an administrator."),
        detail=mark("Central did not accept this: {code}."),
    ),
    Reason.DEVICE_REVOKED: Said(
        mark("This counter is revoked"),
        mark("Central no longer lets this counter sell. What it has recorded is still sent."),
        mark("Serve customers at another window and call the administrator."),
        mood="bad",
    ),
    Reason.EPOCH_NEEDED: Said(
        mark("A new epoch is needed"),
        mark("The data here is not the newest that central has seen: a restored backup or a copy, perhaps."),
        mark("Do not sell. An administrator asks central for a new epoch under Sync (Alt+S)."),
        mood="bad",
    ),
    Reason.SELLING_STOPPED: Said(
        mark("Selling is stopped"),
        mark("Central told this counter to sell nothing."),
        mark("Serve customers at another window and call the administrator. What was recorded is still sent."),
        mood="bad",
        detail=mark("Central told this counter to sell nothing: {code}."),
    ),
    Reason.LEASE_EXPIRED: Said(
        mark("The time of these places is over"),
        mark("They were held here for an outage, and that time has run out."),
        mark("Offer another departure that is held here, or wait for the line."),
    ),
    Reason.NOT_LEASED: Said(
        mark("Not held here"),
        mark("Without the line only places that this window holds can be sold, and it holds none of these."),
        mark("Choose a class or departure that is held here, or wait for the line."),
        detail=mark("Without the line only places that this window holds can be sold; of these it holds {free}."),
    ),
    Reason.TICKET_LOCKED: Said(
        mark("Under way at another window"),
        mark("Another window is refunding or changing this ticket."),
        mark("Ask that window, or try again in a few minutes."),
        detail=mark("Window {by} is refunding or changing this ticket."),
    ),
    Reason.ENROLMENT_REFUSED: Said(
        mark("Enrolment refused"),
        mark("Central did not accept the code."),
        mark("Ask an administrator for a new code: each works once, and not for long."),
        mood="bad",
        detail=mark("Central did not accept the code: {code}."),
    ),
    Reason.STAND_ALONE: Said(
        mark("This counter stands alone"),
        mark("There are no central records behind this counter."),
        mark("Do this at a counter that is enrolled with central records."),
    ),
    Reason.ONLY_CENTRAL: Said(
        mark("Only central changes this"),
        mark("This counter is enrolled: accounts, timetable and keys come from central."),
        mark("Ask whoever administers central. The change arrives here by itself."),
    ),
    **PAYMENT_SENTENCES,
    **PAPER_SENTENCES,
}
