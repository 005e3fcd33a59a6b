package dev.purser;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Who may import whom, and who may use what. The tables are the rule; the code has to fit them. */
class RoomsTest {
  private static final String ROOT = "dev.purser";

  /** Room: the rooms it may import. A room may import only rooms above it. */
  private static final Map<String, Set<String>> ROOMS =
      table(
          """
          money     :
          secret    :
          text      :
          config    : secret
          wire      :
          storage   : config
          pricing   : money storage
          providers : config wire pricing
          people    : storage
          vault     : config storage pricing providers people
          agents    : storage people
          ledger    : storage pricing
          gateway   : config wire storage vault people agents pricing providers ledger
          reports   : storage pricing ledger
          sandbox   : pricing providers
          api       : config storage vault people agents pricing providers ledger reports
          web       : config storage vault people agents pricing providers ledger reports
          cli       : config storage vault people agents pricing providers ledger gateway reports sandbox api web
          """);

  /** What flows between all rooms, so that all may import it. */
  private static final Set<String> FOR_EVERY_ROOM = Set.of("money", "secret", "text");

  /** Everyone speaks of providers; only its one enum is for every room. */
  private static final Class<?> CLASS_FOR_EVERY_ROOM = Provider.class;

  /**
   * Packages of libraries: the rooms that may use them. The root, which wires, may use them all.
   */
  private static final Map<String, Set<String>> LIBRARIES =
      table(
          """
          org.flywaydb              : storage
          com.zaxxer                : storage
          com.google.crypto.tink    : vault
          com.password4j            : people
          gg.jte                    : web
          picocli                   : cli
          io.netty                  : wire gateway
          io.vertx                  : providers gateway api web sandbox cli
          tools.jackson             : providers vault pricing gateway api web sandbox cli
          """);

  /** The stores: besides storage and the ledger, the only classes that hold SQL. */
  private static final Set<String> STORES =
      Set.of(
          "people.AccessTokens",
          "people.Credential",
          "people.NoticesTold",
          "people.OneTimeLinks",
          "people.Sessions",
          "people.Spaces",
          "people.Users",
          "people.Uses", // whose writes are others'
          "agents.Agents",
          "agents.LastUses",
          "agents.VirtualKeys",
          "pricing.PriceStore",
          "pricing.Repricing", // is called in a transaction
          "reports.AgentStandingStore",
          "reports.AgentUsageStore",
          "reports.BudgetOutlookStore",
          "reports.CallChoices",
          "reports.CallSearch",
          "reports.CallStore",
          "reports.DailyUsageStore",
          "reports.FiguresStore",
          "reports.StrictStateStore",
          "reports.MonthUsageStore",
          "reports.UsageSummaryStore",
          "vault.Keyset",
          "vault.ListedModels",
          "vault.Vault");

  /** The only classes that see a secret in clear, and for what. */
  private static final Set<String> REVEALING =
      Set.of(
          "Demo", // the virtual key of the line that is printed
          "OverspendCalls", // sent to Purser itself
          "api.AccessTokensResource", // shown once
          "api.AgentsResource", // shown once
          "cli.TokenCreate", // shown once
          "gateway.Upstream", // sent to the provider
          "people.Credential", // hashed
          "people.OneTimeLinks", // printed, and hashed
          "people.Passwords", // hashed
          "people.Sessions", // hashed
          "people.Users", // what is stored of a password
          "providers.KeyCheck", // sent to the provider
          "storage.Database", // the database's password, for the migrations
          "storage.Postgresql", // the database's password, for the driver
          "vault.MasterKey", // wraps the keyset
          "vault.ProviderKeys", // recognised
          "vault.Vault", // sealed
          "web.AgentPage", // shown once
          "web.SignInLinks", // hashed
          "web.StartPage", // shown once
          "web.Visitors", // cookies
          "web.templates.JteaccessTokensGenerated", // shown once
          "web.templates.JtesetupGenerated"); // the link that led there, in its form

  private static final List<Class<?>> MUTABLE =
      List.of(
          java.util.AbstractCollection.class,
          java.util.AbstractMap.class,
          java.util.concurrent.ConcurrentMap.class,
          java.util.concurrent.Executor.class,
          java.lang.ThreadLocal.class,
          java.lang.StringBuilder.class);

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void everyPackageIsARoomOfTheTable() {
    Set<String> rooms = CLASSES.stream().map(RoomsTest::room).collect(toCollection(TreeSet::new));
    rooms.remove("");
    assertThat(rooms).containsExactlyInAnyOrderElementsOf(ROOMS.keySet());
  }

  @Test
  void aRoomMayImportOnlyRoomsAboveItInTheTable() {
    Set<String> above = new TreeSet<>();
    ROOMS.forEach((room, imports) -> {
      assertThat(above).as("above " + room).containsAll(imports);
      above.add(room);
    });
  }

  @Test
  void noRoomImportsWhatTheTableDoesNotAllow() {
    assertThat(dependencies(RoomsTest::isForbiddenImport)).isEmpty();
  }

  @Test
  void thereIsNoCycleBetweenPackages() {
    SlicesRuleDefinition.slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void gatewayAndPagesAndManagementApiDoNotKnowEachOther() {
    for (String room : List.of("gateway", "api", "web")) {
      Set<String> others = new TreeSet<>(Set.of("gateway", "api", "web"));
      others.remove(room);
      assertThat(ROOMS.get(room)).doesNotContainAnyElementsOf(others);
    }
  }

  @Test
  void theLedgerKnowsNoHttpAndNoJson() {
    assertThat(
            dependencies(use ->
                room(use.getOriginClass()).equals("ledger")
                    && isIn(
                        use.getTargetClass(),
                        "io.vertx",
                        "java.net",
                        "tools.jackson",
                        "com.fasterxml")))
        .isEmpty();
  }

  @Test
  void aLibraryIsUsedOnlyWhereTheTableSaysSo() {
    assertThat(
            dependencies(use -> {
              String room = room(use.getOriginClass());
              return !room.isEmpty()
                  && LIBRARIES.entrySet().stream()
                      .anyMatch(library ->
                          isIn(use.getTargetClass(), library.getKey())
                              && !library.getValue().contains(room));
            }))
        .isEmpty();
  }

  @Test
  void sqlIsOnlyInStorageInTheLedgerAndInTheStores() {
    assertThat(
            dependencies(use ->
                isIn(use.getTargetClass(), "java.sql", "javax.sql", "org.jdbi")
                    && !Set.of("storage", "ledger").contains(room(use.getOriginClass()))
                    && !STORES.contains(outermost(use.getOriginClass()))))
        .isEmpty();
  }

  @Test
  void aSecretIsRevealedOnlyByTheListedClasses() {
    Set<String> revealing =
        CLASSES.get(Secret.class).getMethod("reveal").getAccessesToSelf().stream()
            .map(access -> outermost(access.getOriginOwner()))
            .collect(toCollection(TreeSet::new));
    assertThat(revealing).containsExactlyInAnyOrderElementsOf(REVEALING);
  }

  @Test
  void thereIsNoMutableStaticState() {
    String mutable =
        CLASSES.stream()
            .flatMap(owner -> owner.getFields().stream())
            .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
            .filter(field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC))
            .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL) || isMutable(field))
            .map(JavaField::getFullName)
            .collect(joining("\n"));
    assertThat(mutable).isEmpty();
  }

  private static boolean isForbiddenImport(Dependency use) {
    JavaClass target = use.getTargetClass();
    String from = room(use.getOriginClass());
    String to = room(target);
    return target.getPackageName().startsWith(ROOT)
        && !from.isEmpty()
        && !to.equals(from)
        && !FOR_EVERY_ROOM.contains(to)
        && !target.isEquivalentTo(CLASS_FOR_EVERY_ROOM)
        && !ROOMS.getOrDefault(from, Set.of()).contains(to);
  }

  private static List<String> dependencies(Predicate<Dependency> which) {
    return CLASSES.stream()
        .flatMap(origin -> origin.getDirectDependenciesFromSelf().stream())
        .filter(which)
        .map(use -> outermost(use.getOriginClass()) + " uses " + outermost(use.getTargetClass()))
        .distinct()
        .sorted()
        .toList();
  }

  private static boolean isMutable(JavaField field) {
    JavaClass type = field.getRawType();
    return MUTABLE.stream().anyMatch(type::isAssignableTo)
        || isIn(type, "java.util.concurrent.atomic", "java.util.concurrent.locks");
  }

  private static boolean isIn(JavaClass type, String... packages) {
    String name = type.getBaseComponentType().getPackageName();
    return Arrays.stream(packages).anyMatch(p -> name.equals(p) || name.startsWith(p + "."));
  }

  /** The first part of the package below the root; empty for the root itself. */
  private static String room(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName();
    return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1).split("\\.", 2)[0] : "";
  }

  /** The class around all others, without the root's package: {@code people.Users}. */
  private static String outermost(JavaClass type) {
    String name = type.getBaseComponentType().getName().split("\\$", 2)[0];
    return name.startsWith(ROOT + ".") ? name.substring(ROOT.length() + 1) : name;
  }

  private static Map<String, Set<String>> table(String text) {
    Map<String, Set<String>> rows = new LinkedHashMap<>();
    for (String row : text.lines().toList()) {
      String[] cells = row.split(":", 2);
      String imports = cells[1].strip();
      rows.put(cells[0].strip(), imports.isEmpty() ? Set.of() : Set.of(imports.split(" +")));
    }
    return rows;
  }
}
