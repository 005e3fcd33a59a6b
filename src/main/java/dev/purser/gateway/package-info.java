/** The data plane: a call from its first byte to its last. */
@NullMarked
package dev.purser.gateway;

import org.jspecify.annotations.NullMarked;
