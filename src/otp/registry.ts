import type { AnyProtocol, Protocol } from './gen-server.js';
import type { Pid, Via } from './pid.js';
import type { Process } from './process.js';

/** Unique names of live actors. A name is free again the moment its actor ends. */
export class Registry {
  private readonly byName = new Map<string, Pid>();

  /** @throws when the name is taken */
  register(name: string, pid: Pid): void {
    const holder = this.byName.get(name);
    if (holder !== undefined) throw new Error(`the name ${name} is taken by ${holder.path}`);
    this.byName.set(name, pid);
    (pid as Process).onExit(() => this.byName.delete(name));
  }

  lookup<P extends Protocol = AnyProtocol>(name: string): Pid<P> | undefined {
    return this.byName.get(name) as Pid<P> | undefined;
  }

  /** An address that is looked up on every use. */
  via<P extends Protocol = AnyProtocol>(name: string): Via<P> {
    return { label: name, whereis: () => this.lookup<P>(name) };
  }

  names(): string[] {
    return [...this.byName.keys()];
  }
}
