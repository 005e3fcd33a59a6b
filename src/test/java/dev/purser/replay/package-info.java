@NullMarked
package dev.purser.replay;

import org.jspecify.annotations.NullMarked;
