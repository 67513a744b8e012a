package io.animus.kernel.core;

import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.io.Serial;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a plugin to its port: whatever a port's method answers is there, and what it throws is the one failure of a port. What isn't
 * becomes {@code UNAVAILABLE}, named by the plugin, and the log has the rest: a stranger's message may hold secrets.
 */
final class Contract {
    private static final Logger LOG = LoggerFactory.getLogger(Contract.class);

    private Contract() {}

    /**
     * The plugin, seen through its port; for one call.
     *
     * @param name what the plugin is called in a failure
     */
    static <P> P hold(Class<P> port, P plugin, Supplier<String> name) {
        return port.cast(Proxy.newProxyInstance(
                port.getClassLoader(),
                new Class<?>[] {port},
                (proxy, method, arguments) -> ask(plugin, name, method, arguments)));
    }

    /** Whether a call failed because the plugin is not made as its port wants it. */
    static boolean isBroken(Throwable failure) {
        return failure.getCause() instanceof BrokenException;
    }

    private static @Nullable Object ask(
            Object plugin, Supplier<String> name, Method method, Object @Nullable [] arguments) throws Throwable {
        Tracing.noteOperation(method.getName());
        try {
            var answer = method.invoke(plugin, arguments);
            if (answer == null && method.getReturnType() != void.class) {
                throw broken(name, method.getName() + "() answered null", null);
            }
            if (answer instanceof Collection<?> items && items.stream().anyMatch(Objects::isNull)) {
                throw broken(name, method.getName() + "() answered a list with null in it", null);
            }
            return answer;
        } catch (InvocationTargetException e) {
            var failure = Objects.requireNonNull(e.getCause());
            if (isAllowed(failure)) {
                throw failure;
            }
            throw broken(
                    name, method.getName() + "() threw " + failure.getClass().getSimpleName(), failure);
        }
    }

    /** Besides the failure of a port: what the kernel's own end of a stream, or of a list of lines, throws through the plugin. */
    private static boolean isAllowed(Throwable failure) {
        return failure instanceof ExternalSystemException
                || failure instanceof IOException
                || failure.getClass().getName().startsWith(Contract.class.getPackageName());
    }

    private static ExternalSystemException broken(Supplier<String> name, String how, @Nullable Throwable failure) {
        var message = name.get() + " broke the contract of its port: " + how;
        LOG.error("{}", message, failure);
        return new ExternalSystemException(
                Reason.UNAVAILABLE,
                message + ". The log of the hub says more; the plugin must be updated.",
                new BrokenException(message, failure));
    }

    /** It is the plugin that is at fault, not the system behind it. */
    private static final class BrokenException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        BrokenException(String message, @Nullable Throwable failure) {
            super(message, failure);
        }
    }
}
