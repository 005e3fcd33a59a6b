package dev.purser.promises;

/** Requests as programs send them; the text may ask the sandbox for something. */
final class Prompts {
  private Prompts() {}

  static String messages(String text, boolean stream) {
    return """
    {"model":"claude-sonnet-5-5","max_tokens":400,"stream":%s,"messages":[{"role":"user","content":"%s"}]}\
    """
        .formatted(stream, text);
  }

  static String chat(String text, boolean stream) {
    return """
    {"model":"gpt-6-luna","stream":%s,"messages":[{"role":"user","content":"%s"}]}\
    """
        .formatted(stream, text);
  }

  static String responses(String text, boolean stream) {
    return """
    {"model":"gpt-6-sol","stream":%s,"input":"%s"}\
    """
        .formatted(stream, text);
  }

  static String embeddings(String text) {
    return """
    {"model":"text-embedding-3-small","input":"%s"}\
    """
        .formatted(text);
  }
}
