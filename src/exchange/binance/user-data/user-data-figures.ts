/** What can be counted of the user data stream, kept outside of it; for who looks on. */
export class UserDataFigures {
  isSubscribed = false;
  /** Times that it was subscribed: the first, and again after every loss. */
  subscriptions = 0;

  subscribed(): void {
    this.isSubscribed = true;
    this.subscriptions++;
  }

  lost(): void {
    this.isSubscribed = false;
  }
}
