package dev.purser.cli;

import dev.purser.ledger.StrictNameStore;
import dev.purser.providers.Dialect;
import dev.purser.providers.RequestName;
import dev.purser.providers.StrictNames.Effect;
import dev.purser.storage.Database;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code strict}: the names of betas and fields that strict budgets ask about. */
final class StrictGroup {
  private StrictGroup() {}

  /** Which name. */
  static final class Named {
    @Parameters(
        index = "0",
        paramLabel = "DIALECT",
        description = "anthropic_messages, openai_chat, openai_responses or openai_embeddings.")
    private String dialect = "";

    @Parameters(index = "1", paramLabel = "KIND", description = "beta or field.")
    private String kind = "";

    @Parameters(
        index = "2",
        paramLabel = "NAME",
        description = "The beta, or the field at the top of a request's body.")
    private String name = "";

    RequestName read() {
      Dialect of =
          Dialect.ofId(dialect)
              .orElseThrow(() -> new CommandFailure("the dialect is one of " + dialects()));
      RequestName.Kind what =
          RequestName.Kind.ofId(kind)
              .orElseThrow(() -> new CommandFailure("the kind is beta or field"));
      try {
        return new RequestName(of, what, name);
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(String.valueOf(e.getMessage()));
      }
    }

    private static String dialects() {
      return Arrays.stream(Dialect.values()).map(Dialect::id).collect(Collectors.joining(", "));
    }
  }

  /** {@code strict allow}. */
  @Command(
      name = "allow",
      description = {
        "Lists the name of a beta or a field, so that strict budgets admit calls that have it.",
        "A running server takes it over with the next call."
      })
  static final class Allow implements Runnable {
    private final Program program;

    @Mixin private Named named = new Named();

    @Option(
        names = "--widens",
        description =
            "A call with it counts as the most that its model can cost; without this the name adds"
                + " nothing.")
    private boolean widens;

    Allow(Program program) {
      this.program = program;
    }

    @Override
    public void run() {
      RequestName name = named.read();
      Effect effect = widens ? Effect.WIDENS : Effect.HARMLESS;
      String reason = name.whyRefusedAlways();
      if (reason != null) {
        throw new CommandFailure(
            name.id() + " is refused under strict whatever is listed: " + reason);
      }
      try (Database database = program.database().get()) {
        new StrictNameStore(database).list(name.id(), effect.id(), program.clock().instant());
      }
      program.out().println(name.id() + " is listed: " + meaning(effect.id()));
    }
  }

  /** {@code strict remove}. */
  @Command(name = "remove", description = "Takes a name off the list again.")
  static final class Remove implements Runnable {
    private final Program program;

    @Mixin private Named named = new Named();

    Remove(Program program) {
      this.program = program;
    }

    @Override
    public void run() {
      RequestName name = named.read();
      try (Database database = program.database().get()) {
        if (!new StrictNameStore(database).remove(name.id())) {
          throw new CommandFailure(name.id() + " is not listed");
        }
      }
      program.out().println(name.id() + " is no longer listed.");
    }
  }

  /** {@code strict list}. */
  @Command(
      name = "list",
      description = {
        "Prints the names that were listed, and those that strict budgets refuse because a call with"
            + " them cost more than was set aside for it.",
        "The names that ship with Purser are in docs/bound.md."
      })
  static final class Show implements Runnable {
    private final Program program;

    Show(Program program) {
      this.program = program;
    }

    @Override
    public void run() {
      try (Database database = program.database().get()) {
        StrictNameStore names = new StrictNameStore(database);
        List<StrictNameStore.Listed> listed = names.listed();
        PrintWriter out = program.out();
        out.println(listed.isEmpty() ? "No names are listed." : "Listed:");
        for (StrictNameStore.Listed row : listed) {
          out.println("  " + row.name() + ": " + meaning(row.effect()));
        }
        Set<String> allowed =
            listed.stream().map(StrictNameStore.Listed::name).collect(Collectors.toSet());
        List<StrictNameStore.Struck> refused =
            names.struck(null).stream().filter(row -> !allowed.contains(row.name())).toList();
        if (!refused.isEmpty()) {
          out.println("Refused since a call with it cost more than was set aside for it:");
          for (StrictNameStore.Struck row : refused) {
            out.printf(
                "  %s: in space %s since %s, call %s%n",
                row.name(), row.spaceId(), row.struckAt(), row.entryId());
          }
        }
      }
    }
  }

  private static String meaning(String effect) {
    return effect.equals(Effect.WIDENS.id())
        ? "counts as the most that the model can cost"
        : "adds nothing";
  }
}
