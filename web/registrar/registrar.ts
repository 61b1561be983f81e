// What the registrar's pages gain from a script: the code leaves the screen by itself, and more time can be asked for.
import { showCode } from "./code.ts";

showCode(document);
