@NullMarked
package dev.purser.promises;

import org.jspecify.annotations.NullMarked;
