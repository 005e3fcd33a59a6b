package dev.purser.cli;

import dev.purser.storage.Database;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.Vault;
import picocli.CommandLine.Command;

/** {@code vault check}. */
@Command(name = "check", description = "Says whether every stored provider key can be opened.")
final class VaultCheck implements Runnable {
  private final Program program;

  VaultCheck(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    try (Database database = program.database().get()) {
      Vault vault =
          Vault.open(
              database, program.vault().get(), program.ids(), program.clock(), program.random());
      Vault.Check check = vault.check();
      program.out().println("Provider keys that can be opened: " + check.opened());
      for (ProviderKey key : check.unreadable()) {
        program
            .out()
            .println(
                "Cannot be opened: "
                    + key.provider().displayName()
                    + " "
                    + key.maskedKey()
                    + " of space "
                    + key.spaceId());
      }
      if (!check.unreadable().isEmpty()) {
        throw new CommandFailure(
            "provider keys that cannot be opened: "
                + check.unreadable().size()
                + "; each has to be saved again");
      }
    }
  }
}
