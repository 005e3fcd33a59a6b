package dev.purser.promises;

import dev.purser.pricing.Provider;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.util.Map;

/** Purser, and behind it the providers, simulated. */
record PurserBeforeSandbox(Sandbox sandbox, RunningPurser purser) implements AutoCloseable {
  static PurserBeforeSandbox start(TestDatabase.Kind kind) {
    Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
    return new PurserBeforeSandbox(
        sandbox,
        RunningPurser.start(
            kind,
            Map.of(
                "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
                "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString())));
  }

  /** A program of somebody new, who has saved both providers' keys. */
  Program newProgram() {
    return Program.of(purser.newPerson().withProviderKeys());
  }

  /** A program of somebody new, who has saved no provider key. */
  Program newProgramWithoutProviderKeys() {
    return Program.of(purser.newPerson());
  }

  @Override
  public void close() {
    purser.close();
    sandbox.close();
  }
}
