package dev.purser.sandbox;

import dev.purser.sdk.Endpoint;
import dev.purser.sdk.LangChainPromises;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** langchain4j, pointed at the sandbox, finds what it expects of both providers. */
class LangChainTest extends LangChainPromises {
  private static Sandbox sandbox;

  @BeforeAll
  static void start() {
    sandbox = Sandbox.start(SandboxOptions.instant());
  }

  @AfterAll
  static void stop() {
    sandbox.close();
  }

  @Override
  protected Endpoint endpoint() {
    return new Straight(sandbox);
  }
}
