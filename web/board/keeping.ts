// What the browser keeps between two steps of the ceremony: the member's key file, sealed under the passphrase. A browser that keeps
// nothing (a private window) is no fault: the page then asks for the file.
const DATABASE = "isoloir-board";
const FILES = "files";

function database(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(FILES));
  return settled(opening);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("the browser keeps nothing")));
  });
}

async function within<T>(mode: IDBTransactionMode, action: (files: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const open = await database();
  try {
    const transaction = open.transaction(FILES, mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("the browser keeps nothing")));
    });
    const result = await settled(action(transaction.objectStore(FILES)));
    await done;
    return result;
  } finally {
    open.close();
  }
}

/** The file kept under this name; null when there is none. */
export async function kept(name: string): Promise<string | null> {
  try {
    const found: unknown = await within("readonly", (files) => files.get(name) as IDBRequest<unknown>);
    return typeof found === "string" ? found : null;
  } catch {
    return null;
  }
}

/** Keeps a file; whether the browser did. */
export async function keep(name: string, file: string): Promise<boolean> {
  try {
    await within("readwrite", (files) => files.put(file, name));
    return true;
  } catch {
    return false;
  }
}

export async function discard(name: string): Promise<void> {
  try {
    await within("readwrite", (files) => files.delete(name));
  } catch {
    // Nothing is kept: there is nothing to discard.
  }
}
