/** How values are read: environment, file, {@code _FILE} twins. */
@NullMarked
package dev.purser.config;

import org.jspecify.annotations.NullMarked;
