package dev.purser.sandbox;

import java.util.Locale;

/**
 * What a prompt can bring on. The last user text (of embeddings, the input) asks for it by name,
 * with a number where one is said here: {@code sandbox:cut}, {@code sandbox:slow=200}.
 *
 * <table>
 * <caption>Words that a prompt may contain</caption>
 * <tr><th>word</th><th>what happens</th></tr>
 * <tr><td>{@code sandbox:400}, {@code 401}, {@code 402}, {@code 403}, {@code 404}, {@code 409},
 *     {@code 413}, {@code 429}, {@code 500}, {@code 502}, {@code 503}, {@code 504}, {@code 529}</td>
 *     <td>the provider's own error of that status; 429 says when to try again</td></tr>
 * <tr><td>{@code spend-limit}</td><td>429 without {@code retry-after}: the account's limit is
 *     reached until the month ends</td></tr>
 * <tr><td>{@code overloaded-mid-stream}</td><td>200, a part of the answer, then the provider's
 *     error event</td></tr>
 * <tr><td>{@code quota-mid-stream}</td><td>200, then before any text the event that the account has
 *     no money left</td></tr>
 * <tr><td>{@code cut}</td><td>the connection closes in the middle of the answer</td></tr>
 * <tr><td>{@code slow=N}</td><td>N milliseconds before every event, 1,000 if not said</td></tr>
 * <tr><td>{@code delay=N}</td><td>N milliseconds before the first byte</td></tr>
 * <tr><td>{@code hang}</td><td>no answer ever</td></tr>
 * <tr><td>{@code hang-mid-stream}</td><td>half of the answer, then nothing, the connection open</td></tr>
 * <tr><td>{@code html=N}</td><td>a page with status N, 502 if not said, as a proxy before the
 *     provider sends it</td></tr>
 * <tr><td>{@code redirect}</td><td>307 to another host</td></tr>
 * <tr><td>{@code garbage}</td><td>200 and JSON that stops being JSON half way</td></tr>
 * <tr><td>{@code big-event=N}</td><td>one event (of an answer in one piece: one text) of N bytes,
 *     10,000,000 if not said</td></tr>
 * <tr><td>{@code no-usage}</td><td>the answer says nothing of what it used</td></tr>
 * <tr><td>{@code duplicate-start}</td><td>the first event comes twice</td></tr>
 * <tr><td>{@code unknown-event}</td><td>an event that no one has heard of, among the others</td></tr>
 * <tr><td>{@code incomplete}</td><td>the answer stops at an output limit, whatever it was</td></tr>
 * <tr><td>{@code refusal}</td><td>the model (OpenAI: a content filter) refuses</td></tr>
 * <tr><td>{@code compaction}</td><td>Anthropic: the context was compacted first, which is billed
 *     beside the counts at the top</td></tr>
 * <tr><td>{@code priority}</td><td>served, and said to be served, in the priority tier</td></tr>
 * <tr><td>{@code downgraded}</td><td>served in the default tier, whatever was asked for</td></tr>
 * <tr><td>{@code tokens=N}</td><td>an answer of N tokens, within the output limit</td></tr>
 * </table>
 */
enum Incident {
  SPEND_LIMIT,
  OVERLOADED_MID_STREAM,
  QUOTA_MID_STREAM,
  CUT,
  SLOW,
  DELAY,
  HANG,
  HANG_MID_STREAM,
  HTML,
  REDIRECT,
  GARBAGE,
  BIG_EVENT,
  NO_USAGE,
  DUPLICATE_START,
  UNKNOWN_EVENT,
  INCOMPLETE,
  REFUSAL,
  COMPACTION,
  PRIORITY,
  DOWNGRADED,
  TOKENS;

  /** As a prompt writes it: {@code no-usage}. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
