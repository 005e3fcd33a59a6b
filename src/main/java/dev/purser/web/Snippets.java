package dev.purser.web;

import dev.purser.pricing.Provider;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lines ready to paste that connect a program to Purser.
 *
 * @param filled whether a real virtual key stands in them, which is not shown again
 */
public record Snippets(List<Snippet> all, boolean filled) {
  private static final String BASE = "{base}";
  private static final String KEY = "{key}";

  private static final String MODEL = "{model}";
  private static final String WHICH = "{which}";

  /** Before and after each of them. */
  private static final Pattern PLACES =
      Pattern.compile("(?=\\{(?:base|key|model)})|(?<=\\{(?:base|key|model)})");

  /** Stands where a virtual key belongs once it is no longer shown. */
  private static final String PLACEHOLDER = "psr_…";

  public Snippets {
    all = List.copyOf(all);
  }

  /** One way to connect. */
  public record Snippet(String id, String title, List<Piece> pieces) {}

  /** A run of characters. */
  public record Piece(String text, Style style) {}

  /** How a piece is set. */
  public enum Style {
    PLAIN,
    /** What is this installation's, or this agent's. */
    FILLED,
    COMMENT
  }

  /**
   * All ways.
   *
   * @param virtualKey null if it is not shown any more
   * @param models what they ask for
   */
  static Snippets of(URI base, @Nullable String virtualKey, FirstModels models) {
    String key = virtualKey == null ? PLACEHOLDER : virtualKey;
    Filling anthropic = new Filling(base, key, models.anthropic());
    Filling openai = new Filling(base, key, models.openai());
    return new Snippets(
        List.of(
            models.provider() == Provider.OPENAI
                ? snippet("curl", "curl", CURL_OPENAI, openai)
                : snippet("curl", "curl", CURL, anthropic),
            snippet("anthropic-python", "Anthropic, Python", ANTHROPIC_PYTHON, anthropic),
            snippet("anthropic-java", "Anthropic, Java", ANTHROPIC_JAVA, anthropic),
            snippet(
                "anthropic-typescript", "Anthropic, TypeScript", ANTHROPIC_TYPESCRIPT, anthropic),
            snippet("openai-python", "OpenAI, Python", OPENAI_PYTHON, openai),
            snippet("openai-java", "OpenAI, Java", OPENAI_JAVA, openai),
            snippet("openai-typescript", "OpenAI, TypeScript", OPENAI_TYPESCRIPT, openai),
            models.provider() == Provider.OPENAI
                ? snippet("vercel-ai", "Vercel AI", VERCEL_AI_OPENAI, openai)
                : snippet("vercel-ai", "Vercel AI", VERCEL_AI, anthropic),
            snippet("claude-code", "Claude Code", CLAUDE_CODE, anthropic),
            snippet("codex", "Codex", CODEX, openai),
            snippet("opencode", "opencode", OPENCODE, anthropic)),
        virtualKey != null);
  }

  /** What is filled in. */
  private record Filling(URI base, String key, FirstModels.First first) {
    Piece piece(String part) {
      return switch (part) {
        case BASE -> new Piece(base.toString(), Style.FILLED);
        case KEY -> new Piece(key, Style.FILLED);
        case MODEL -> new Piece(first.model(), Style.FILLED);
        default -> new Piece(part, Style.PLAIN);
      };
    }

    /** What is said beside the model. */
    String which() {
      return switch (first.choice()) {
        case AGENTS -> "  # the agent's preferred model";
        case DEFAULT -> "  # your default model";
        case CHEAPEST -> "";
        case NONE -> "  # no model is chosen yet";
      };
    }
  }

  private static Snippet snippet(String id, String title, String text, Filling filling) {
    List<Piece> pieces = new ArrayList<>();
    for (String line : text.replace(WHICH, filling.which()).split("(?<=\n)", -1)) {
      int comment = comment(line);
      for (String part : PLACES.split(line.substring(0, comment), -1)) {
        pieces.add(filling.piece(part));
      }
      if (comment < line.length()) {
        pieces.add(new Piece(line.substring(comment), Style.COMMENT));
      }
    }
    return new Snippet(id, title, pieces);
  }

  /** Where a comment begins, which stands at the start of a line or after two spaces. */
  private static int comment(String line) {
    if (line.startsWith("# ") || line.startsWith("// ")) {
      return 0;
    }
    int hash = line.indexOf("  # ");
    return hash < 0 ? line.length() : hash;
  }

  private static final String CURL =
      """
      curl {base}/v1/messages \\
        -H "x-api-key: {key}" \\
        -H "anthropic-version: 2023-06-01" \\
        -H "content-type: application/json" \\
        -d '{"model": "{model}", "max_tokens": 200,
             "messages": [{"role": "user", "content": "Say hello."}]}'
      """;

  private static final String CURL_OPENAI =
      """
      curl {base}/v1/chat/completions \\
        -H "authorization: Bearer {key}" \\
        -H "content-type: application/json" \\
        -d '{"model": "{model}",
             "messages": [{"role": "user", "content": "Say hello."}]}'
      """;

  private static final String ANTHROPIC_PYTHON =
      """
      # pip install anthropic
      from anthropic import Anthropic

      client = Anthropic(base_url="{base}", api_key="{key}")
      message = client.messages.create(
          model="{model}",{which}
          max_tokens=1024,
          messages=[{"role": "user", "content": "Say hello."}],
      )
      print(message.content)
      """;

  private static final String ANTHROPIC_JAVA =
      """
      // Hello.java
      // with com.anthropic:anthropic-java on the class path
      import com.anthropic.client.AnthropicClient;
      import com.anthropic.client.okhttp.AnthropicOkHttpClient;
      import com.anthropic.models.messages.Message;
      import com.anthropic.models.messages.MessageCreateParams;

      public class Hello {
        public static void main(String[] args) {
          AnthropicClient client = AnthropicOkHttpClient.builder()
              .baseUrl("{base}")
              .apiKey("{key}")
              .build();
          Message message = client.messages().create(MessageCreateParams.builder()
              .model("{model}")
              .maxTokens(1024)
              .addUserMessage("Say hello.")
              .build());
          message.content().forEach(block ->
              block.text().ifPresent(text -> System.out.println(text.text())));
          client.close();
        }
      }
      """;

  private static final String ANTHROPIC_TYPESCRIPT =
      """
      // hello.mts
      // npm install @anthropic-ai/sdk
      import Anthropic from "@anthropic-ai/sdk";

      const client = new Anthropic({ baseURL: "{base}", apiKey: "{key}" });
      const message = await client.messages.create({
        model: "{model}",
        max_tokens: 1024,
        messages: [{ role: "user", content: "Say hello." }],
      });
      console.log(message.content);
      """;

  private static final String OPENAI_PYTHON =
      """
      # pip install openai
      from openai import OpenAI

      client = OpenAI(base_url="{base}/v1", api_key="{key}")
      response = client.responses.create(
          model="{model}",{which}
          input="Say hello.",
      )
      print(response.output_text)
      """;

  private static final String OPENAI_JAVA =
      """
      // Hello.java
      // with com.openai:openai-java on the class path
      import com.openai.client.OpenAIClient;
      import com.openai.client.okhttp.OpenAIOkHttpClient;
      import com.openai.models.responses.Response;
      import com.openai.models.responses.ResponseCreateParams;

      public class Hello {
        public static void main(String[] args) {
          OpenAIClient client = OpenAIOkHttpClient.builder()
              .baseUrl("{base}/v1")
              .apiKey("{key}")
              .build();
          Response response = client.responses().create(ResponseCreateParams.builder()
              .model("{model}")
              .input("Say hello.")
              .build());
          response.output().stream()
              .flatMap(item -> item.message().stream())
              .flatMap(message -> message.content().stream())
              .flatMap(content -> content.outputText().stream())
              .forEach(text -> System.out.println(text.text()));
          client.close();
        }
      }
      """;

  private static final String OPENAI_TYPESCRIPT =
      """
      // hello.mts
      // npm install openai
      import OpenAI from "openai";

      const client = new OpenAI({ baseURL: "{base}/v1", apiKey: "{key}" });
      const response = await client.responses.create({
        model: "{model}",
        input: "Say hello.",
      });
      console.log(response.output_text);
      """;

  private static final String VERCEL_AI =
      """
      // hello.mts
      // npm install ai @ai-sdk/anthropic
      import { createAnthropic } from "@ai-sdk/anthropic";
      import { generateText } from "ai";

      const anthropic = createAnthropic({ baseURL: "{base}/v1", apiKey: "{key}" });
      const { text } = await generateText({
        model: anthropic("{model}"),
        prompt: "Say hello.",
      });
      console.log(text);
      """;

  private static final String VERCEL_AI_OPENAI =
      """
      // hello.mts
      // npm install ai @ai-sdk/openai
      import { createOpenAI } from "@ai-sdk/openai";
      import { generateText } from "ai";

      const openai = createOpenAI({ baseURL: "{base}/v1", apiKey: "{key}" });
      const { text } = await generateText({
        model: openai("{model}"),
        prompt: "Say hello.",
      });
      console.log(text);
      """;

  private static final String CLAUDE_CODE =
      """
      export ANTHROPIC_BASE_URL={base}
      export ANTHROPIC_AUTH_TOKEN={key}
      claude
      """;

  /**
   * Of no file: pasted into one that has settings already, they would get into one another's way.
   * It names no model: the client has a default of its own, and knows its models better.
   */
  private static final String CODEX =
      """
      # For this session. To keep these settings,
      # put them into ~/.codex/config.toml.
      export PURSER_VIRTUAL_KEY={key}
      codex \\
        -c model_provider=purser \\
        -c model_providers.purser.name=Purser \\
        -c model_providers.purser.base_url={base}/v1 \\
        -c model_providers.purser.env_key=PURSER_VIRTUAL_KEY \\
        -c model_providers.purser.wire_api=responses
      """;

  /** Of no file either. */
  private static final String OPENCODE =
      """
      # For this session. To keep these settings,
      # put what is quoted into opencode.json.
      export OPENCODE_CONFIG_CONTENT='{
        "provider": {
          "anthropic": { "options": { "baseURL": "{base}/v1", "apiKey": "{key}" } },
          "openai": { "options": { "baseURL": "{base}/v1", "apiKey": "{key}" } }
        }
      }'
      opencode
      """;
}
