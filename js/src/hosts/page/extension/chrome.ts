// What the extension uses of Chrome's interface, and nothing else of it.

export interface Event<Listener> {
  addListener(listener: Listener): void;
}

export interface ChromePort {
  postMessage(message: unknown): void;
  disconnect(): void;
  readonly onMessage: Event<(message: unknown) => void>;
  readonly onDisconnect: Event<() => void>;
}

export interface Tab {
  readonly id?: number;
}

interface Chrome {
  readonly runtime: {
    readonly lastError?: { readonly message?: string };
    connect(info: { readonly name: string }): ChromePort;
    sendMessage(message: unknown): Promise<unknown>;
    getContexts(filter: { readonly contextTypes: readonly string[] }): Promise<unknown[]>;
    readonly onConnect: Event<(port: ChromePort) => void>;
    readonly onMessage: Event<
      (message: unknown, sender: unknown, reply: (value: unknown) => void) => boolean
    >;
  };
  readonly action: {
    readonly onClicked: Event<(tab: Tab) => void>;
    setBadgeText(details: { readonly tabId: number; readonly text: string }): Promise<void>;
    setTitle(details: { readonly tabId: number; readonly title: string }): Promise<void>;
  };
  readonly scripting: {
    executeScript(injection: {
      readonly target: { readonly tabId: number };
      readonly files: readonly string[];
    }): Promise<unknown>;
  };
  readonly offscreen: {
    createDocument(parameters: {
      readonly url: string;
      readonly reasons: readonly string[];
      readonly justification: string;
    }): Promise<void>;
  };
}

declare const chrome: Chrome;

export const browser: Chrome = chrome;
