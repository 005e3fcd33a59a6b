@NullMarked
package dev.purser.wire;

import org.jspecify.annotations.NullMarked;
