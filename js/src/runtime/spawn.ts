// Starts workers: the page starts the engine, the engine starts its hands.

const HELLO_MS = 30_000;

/** Name of the workers that run windows for the engine. */
export const HAND_NAME = "qna-widget hand";

/**
 * A worker that has said its first word; what it says from then on is the caller's.
 * @param onDeath called when it crashes afterwards
 * @throws Error when it cannot be started, or stays silent
 */
export async function spawn(
  url: string,
  name: string,
  onDeath: (reason: string) => void,
): Promise<Worker> {
  const worker = new Worker(url, { name });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the worker is silent")), HELLO_MS);
      // A content security policy may refuse by an event instead of an exception.
      worker.onerror = (event) => reject(new Error(wordsOf(event) || "the page forbids workers"));
      worker.onmessage = () => resolve();
    });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  worker.onmessage = null;
  worker.onerror = (event) => onDeath(wordsOf(event) || "it stopped without a word");
  worker.onmessageerror = () => onDeath("it sent what cannot be read");
  return worker;
}

/** What an error says; handled here, it is not the error of the script that started the worker. */
function wordsOf(event: ErrorEvent): string {
  event.preventDefault();
  return event.message;
}
