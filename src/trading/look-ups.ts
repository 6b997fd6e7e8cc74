type Stage =
  | { readonly kind: 'asked'; readonly tooEarly: boolean }
  | { readonly kind: 'waiting'; readonly wait: number };

/**
 * Which orders a trader is asking the exchange about, by client order id: one question at a time about each, however many
 * reasons there are to ask.
 */
export class LookUps {
  private readonly stages = new Map<string, Stage>();
  private lastWait = 0;

  /** Whether to ask now; false when it was asked, and the answer will do. */
  ask(clientOrderId: string): boolean {
    if (this.stages.get(clientOrderId)?.kind === 'asked') return false;
    this.stages.set(clientOrderId, { kind: 'asked', tooEarly: false });
    return true;
  }

  /**
   * The same, when the answer to what was asked already will not do: the exchange may have given it before what is to be found
   * out happened.
   */
  askAnew(clientOrderId: string): boolean {
    if (this.ask(clientOrderId)) return true;
    this.stages.set(clientOrderId, { kind: 'asked', tooEarly: true });
    return false;
  }

  /** The answer came. Whether it was asked too early, so that it is to be asked once more. */
  answered(clientOrderId: string): boolean {
    const stage = this.stages.get(clientOrderId);
    this.stages.delete(clientOrderId);
    return stage?.kind === 'asked' && stage.tooEarly;
  }

  /** The number of a wait, after which to ask; null when it is asked or waited for already. */
  wait(clientOrderId: string): number | null {
    if (this.stages.has(clientOrderId)) return null;
    this.stages.set(clientOrderId, { kind: 'waiting', wait: ++this.lastWait });
    return this.lastWait;
  }

  /** This wait is over. Whether to ask now: it may have been asked for another reason meanwhile. */
  isDue(clientOrderId: string, wait: number): boolean {
    const stage = this.stages.get(clientOrderId);
    if (stage?.kind !== 'waiting' || stage.wait !== wait) return false;
    return this.ask(clientOrderId);
  }
}
