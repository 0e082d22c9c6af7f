// Acting on alarms: needs the operator token, which is kept while this window is open.

const $ = (id) => document.getElementById(id);

export class Operator {
  constructor({ say }) {
    this.say = say;
    this.token = sessionStorage.getItem("token");
    this.name = sessionStorage.getItem("name") ?? "";
    this.isAllowed = false;
    $("operator").addEventListener("click", () => this.press());
    $("login-cancel").addEventListener("click", () => $("login").close());
    $("login").querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.signIn($("login-name").value.trim(), $("login-token").value.trim());
    });
  }

  get canAct() { return this.isAllowed && this.token !== null; }

  hello(message) {
    this.isAllowed = message.operators;
    this.show();
  }

  show() {
    const button = $("operator");
    button.textContent = !this.isAllowed ? "Read-only" : this.canAct ? `Sign out ${this.name}` : "Sign in";
    button.disabled = !this.isAllowed;
    button.title = this.isAllowed ? "" : "This page was started without an operator token.";
  }

  press() {
    if (this.canAct) {
      this.token = null;
      sessionStorage.removeItem("token");
      return this.show();
    }
    $("login-error").textContent = "";
    $("login-name").value = this.name;
    $("login-token").value = "";
    $("login").showModal();
  }

  async signIn(name, token) {
    const answer = await this.post("api/token", {}, token);
    if (!answer.ok) { $("login-error").textContent = answer.error.message; return; }
    this.token = token;
    this.name = name;
    sessionStorage.setItem("token", token);
    sessionStorage.setItem("name", name);
    $("login").close();
    this.show();
  }

  async acknowledge(event) {
    if (!this.may()) return;
    const answer = await this.post("api/acknowledge", { alarm: event.alarm, by: this.by });
    this.tell(answer, `acknowledged: ${event.stream ?? "ecgd"} ${event.condition}`);
  }

  async pause(stream, seconds) {
    if (!this.may()) return;
    const answer = await this.post("api/pause", { stream, seconds, by: this.by });
    this.tell(answer, `${stream}: alarms paused for ${seconds / 60} minutes`);
  }

  async resume(stream) {
    if (!this.may()) return;
    const answer = await this.post("api/resume", { stream, by: this.by });
    this.tell(answer, `${stream}: alarms no longer paused`);
  }

  get by() { return this.name || "ward page"; }

  may() {
    if (!this.canAct) this.say(this.isAllowed ? "Sign in first." : "This page is read-only.", "error");
    return this.canAct;
  }

  tell(answer, done) {
    if (answer.ok) this.say(done);
    else this.say(`Not done: ${answer.error?.message ?? "no reason given"} (${answer.error?.code ?? "?"})`, "error");
  }

  async post(path, body, token = this.token) {
    try {
      const response = await fetch(path, {
        method: "POST", body: JSON.stringify(body),
        headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" },
      });
      return await response.json();
    } catch {
      return { ok: false, error: { code: "noConnection", message: "the ward server does not answer" } };
    }
  }
}
