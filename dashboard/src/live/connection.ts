/** The socket, the timers and the window's events: everything that `conversation.ts` keeps out of itself. */

import type { Hello, ServerMessage } from "../protocol";
import { Conversation, type Command, type Rate } from "./conversation";
import { Replica } from "./replica";
import { hasHistory, rowsAfter } from "./rest";

const SUBPROTOCOL = "robo.v1";
const TICK_MS = 250;
const RELOADED_FOR = "robo-trader.reloaded-for";

export interface Listener {
  changed(topic: string): void;
  forgotten(): void;
  greeted(hello: Hello): void;
  say(text: string): void;
  loginNeeded(): void;
}

export class Connection {
  readonly replica = new Replica();
  readonly conversation = new Conversation(this.replica, Math.random);
  readonly #listener: Listener;
  #socket: WebSocket | null = null;
  #timer: number | undefined;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  start(): void {
    this.#timer ??= window.setInterval(() => this.#run(this.conversation.tick(Date.now())), TICK_MS);
    window.addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#seen);
    this.#run(this.conversation.start(Date.now()));
  }

  stop(): void {
    window.clearInterval(this.#timer);
    this.#timer = undefined;
    window.removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#seen);
    this.#run(this.conversation.stop(Date.now()));
  }

  want(topics: Readonly<Record<string, Rate>>): void {
    this.#run(this.conversation.want(topics));
  }

  leave(topic: string): void {
    this.#run(this.conversation.leave(topic));
  }

  readonly retryNow = (): void => this.#hurry();

  readonly #hurry = (): void => this.#run(this.conversation.hurry(Date.now()));

  readonly #seen = (): void => {
    this.#run(this.conversation.limit(document.hidden ? 1 : 10));
    if (!document.hidden) this.#hurry();
  };

  #run(commands: readonly Command[]): void {
    for (const command of commands) this.#do(command);
  }

  #do(command: Command): void {
    switch (command.do) {
      case "connect":
        return this.#open();
      case "send":
        if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(command.message));
        return;
      case "close":
        return this.#drop();
      case "changed":
        return this.#listener.changed(command.topic);
      case "forgotten":
        return this.#listener.forgotten();
      case "greeted":
        return this.#listener.greeted(command.hello);
      case "say":
        return this.#listener.say(command.text);
      case "fetch":
        return void this.#fetch(command.topic, command.after);
      case "log in":
        return this.#listener.loginNeeded();
      case "reload":
        return this.#reload();
    }
  }

  #open(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws/v1`, SUBPROTOCOL);
    this.#socket = socket;
    socket.onmessage = (event: MessageEvent<string>) => {
      if (this.#socket === socket) this.#read(event.data);
    };
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#gone(event.code);
    };
  }

  #read(text: string): void {
    this.#run(this.conversation.received(JSON.parse(text) as ServerMessage, Date.now()));
  }

  /** Does not wait for the closing handshake: a frozen server would never answer it. */
  #drop(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#gone(1006);
    socket.close();
  }

  #gone(code: number): void {
    this.#socket = null;
    this.#run(this.conversation.closed(code, Date.now()));
  }

  async #fetch(topic: string, after: number): Promise<void> {
    try {
      if (!hasHistory(topic)) return this.#run(this.conversation.renew(topic));
      for await (const page of rowsAfter(topic, after)) {
        if (this.replica.fill(topic, page) === "changed") this.#listener.changed(topic);
      }
    } catch (error) {
      this.#listener.say(`Missed ${topic} could not be fetched: ${sentence(error)} Asking for it whole.`);
      this.#run(this.conversation.renew(topic));
    }
  }

  /** Once for each version of the page, so that a broken release cannot reload for ever. */
  #reload(): void {
    const version = this.conversation.hello?.assets ?? "unknown";
    try {
      if (sessionStorage.getItem(RELOADED_FOR) === version) return;
      sessionStorage.setItem(RELOADED_FOR, version);
    } catch {
      return; // without storage there is no guard, so the user reloads
    }
    location.reload();
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
