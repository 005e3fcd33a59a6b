package dev.purser;

import dev.purser.secret.Secret;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * The calls that try to overspend: as different programs would send them, with worst cases far
 * above what most of them come to. The same number is always the same call.
 *
 * @param tag by which the providers know them
 */
record OverspendCalls(URI purser, Secret virtualKey, String tag) {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** What the text that is sent along repeats. */
  private static final String LINE = "Crate 4711: rope, lamp oil, biscuit; weighed, sealed. ";

  /** The share of each kind, of 100. */
  private static final int REVIEWS = 55;

  private static final int CHATS = 33;

  HttpRequest request(int number) {
    SplittableRandom random = new SplittableRandom(number);
    int kind = random.nextInt(100);
    if (kind < REVIEWS) {
      return review(random);
    }
    return kind < REVIEWS + CHATS ? chat(random) : essay(random);
  }

  /** Much to read and a short answer: the input can be counted, so little of the hold is air. */
  private HttpRequest review(SplittableRandom random) {
    int lines = random.nextInt(150, 400);
    int tokens = random.nextInt(450, 780);
    return messages("claude-sonnet-5-5", 800, true, ask(tokens, lines));
  }

  /** A question and an answer that is shorter than it might be. */
  private HttpRequest chat(SplittableRandom random) {
    String prompt = ask(random.nextInt(150, 900), random.nextInt(1, 20));
    boolean stream = random.nextBoolean();
    return switch (random.nextInt(4)) {
      case 0 -> completion("gpt-6.1-terra", 1_500, stream, prompt);
      case 1 -> response("gpt-6.2-sol", 1_200, stream, prompt);
      case 2 -> messages("claude-haiku-5-5", 2_000, stream, prompt);
      default -> messages("claude-sonnet-5-5", 1_200, stream, prompt);
    };
  }

  /** A limit that hardly any answer comes near: what is shortened when the money gets short. */
  private HttpRequest essay(SplittableRandom random) {
    String prompt = ask(random.nextInt(600, 1_600), random.nextInt(1, 20));
    return switch (random.nextInt(4)) {
      case 0 -> messages("claude-sonnet-5-5", 8_000, true, prompt);
      case 1 -> completion("gpt-6.1-terra", 16_000, true, prompt);
      case 2 -> response("gpt-6-luna", 64_000, true, prompt);
      default -> messages("claude-haiku-5-5", 64_000, true, prompt);
    };
  }

  /** The simulated providers read from the prompt how long their answer should be. */
  private static String ask(int tokens, int lines) {
    return "sandbox:tokens=" + tokens + " What is in these crates? " + LINE.repeat(lines);
  }

  private HttpRequest messages(String model, int limit, boolean stream, String prompt) {
    return post(
        "/v1/messages",
        """
        {"model":"%s","max_tokens":%d,"stream":%b,"messages":[{"role":"user","content":"%s"}]}\
        """
            .formatted(model, limit, stream, prompt));
  }

  private HttpRequest completion(String model, int limit, boolean stream, String prompt) {
    return post(
        "/v1/chat/completions",
        """
        {"model":"%s","max_completion_tokens":%d,"stream":%b,"messages":[{"role":"user","content":"%s"}]}\
        """
            .formatted(model, limit, stream, prompt));
  }

  private HttpRequest response(String model, int limit, boolean stream, String prompt) {
    return post(
        "/v1/responses",
        """
        {"model":"%s","max_output_tokens":%d,"stream":%b,"input":"%s"}\
        """
            .formatted(model, limit, stream, prompt));
  }

  private HttpRequest post(String path, String body) {
    return HttpRequest.newBuilder(purser.resolve(path))
        .timeout(PATIENCE)
        .header("authorization", "Bearer " + virtualKey.reveal())
        .header("anthropic-version", "2023-06-01")
        .header("content-type", "application/json")
        .header("x-sandbox-tag", tag)
        .POST(BodyPublishers.ofString(body))
        .build();
  }
}
