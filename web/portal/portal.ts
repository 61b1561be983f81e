// What ordinary pages gain from a script, and never need: each part looks for its own place in the page and does nothing without it.
import { refreshCountdowns } from "./countdown.ts";
import { watchPasswords } from "./password_rules.ts";
import { watchSession } from "./session.ts";
import { sendOnce } from "./send_once.ts";
import { offerPrinting } from "./printing.ts";

refreshCountdowns(document);
watchPasswords(document);
watchSession(document);
sendOnce(document);
offerPrinting(document);
