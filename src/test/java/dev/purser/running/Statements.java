package dev.purser.running;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.purser.storage.Database;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What pages ask the database, in the database's own words. */
public final class Statements {
  /** What a page may take. */
  public static final int MAX_PAGE_SIZE = 6;

  /** Only pages run on these: what Purser does by itself meanwhile is not counted. */
  private static final String THREADS_OF_PAGES = "purser-web";

  private Statements() {}

  /**
   * The SQL that pages of this JVM ran while this was done, each statement as often as it ran. A
   * transaction counts as one.
   *
   * @throws AssertionError if none was heard: then it says nothing about pages
   */
  public static List<String> ofPages(Runnable work) {
    Logger logger = (Logger) LoggerFactory.getLogger(Database.class);
    Level before = logger.getLevel();
    boolean additive = logger.isAdditive();
    Heard heard = new Heard();
    heard.start();
    logger.addAppender(heard);
    logger.setAdditive(false);
    logger.setLevel(Level.TRACE);
    try {
      work.run();
    } finally {
      logger.setLevel(before);
      logger.setAdditive(additive);
      logger.detachAppender(heard);
    }
    if (heard.statements.isEmpty()) {
      throw new AssertionError("no statement of a page was heard");
    }
    return List.copyOf(heard.statements);
  }

  private static final class Heard extends AppenderBase<ILoggingEvent> {
    private final List<String> statements = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      if (event.getThreadName().startsWith(THREADS_OF_PAGES)) {
        statements.add(event.getFormattedMessage());
      }
    }
  }
}
