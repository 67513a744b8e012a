package io.animus.kernel.core;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Settings of tracing as an operator writes them; the rest is as by default. */
final class TracingSettings {
    private TracingSettings() {}

    static Tracing.Config of(Map<String, Object> settings) {
        return (Tracing.Config) Proxy.newProxyInstance(
                Tracing.Config.class.getClassLoader(),
                new Class<?>[] {Tracing.Config.class},
                (proxy, member, arguments) -> member.getName().equals("annotationType")
                        ? Tracing.Config.class
                        : settings.getOrDefault(member.getName().replace("__", "_"), member.getDefaultValue()));
    }
}
