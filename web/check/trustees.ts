// Trustees (détenteurs de clé) under audit: every proof and signature of their set-up; a finding names the culprit.
import { Refusal } from "../protocol/refusal.ts";
import { TrusteeFault } from "../protocol/trustee_fault.ts";
import { readTrustees, verifyItems, type Trustees } from "../protocol/trustees.ts";
import { Finding } from "./finding.ts";

/** Reads and checks. */
export function verifyTrustees(bytes: Uint8Array): Trustees {
  try {
    return verifyItems(readTrustees(bytes));
  } catch (error) {
    if (error instanceof TrusteeFault && error.owner !== null) {
      throw new Finding("setup.trustees", { kind: "trustee", owner: error.owner }, error.message);
    }
    if (error instanceof TrusteeFault || error instanceof Refusal) {
      throw new Finding("setup.trustees", { kind: "trustees" }, error.message);
    }
    throw error;
  }
}
