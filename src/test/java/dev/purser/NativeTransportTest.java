package dev.purser;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;

class NativeTransportTest {
  /** One of another version of Netty would be left aside without a word. */
  @Test
  void linuxsOwnTransportIsThereAndFitsTheVersionOfVertx() {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    try {
      assertThat(vertx.isNativeTransportEnabled()).isEqualTo(OS.LINUX.isCurrentOs());
    } finally {
      vertx.close().await();
    }
  }
}
