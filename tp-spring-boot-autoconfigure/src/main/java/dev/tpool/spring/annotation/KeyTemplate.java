package dev.tpool.spring.annotation;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.common.CompositeStringExpression;
import org.springframework.expression.common.LiteralExpression;
import org.springframework.expression.common.TemplateParserContext;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.expression.spel.SpelMessage;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * A name that is different for each call: text with expressions over the arguments, as in
 * <code>account-#{#order.account()}</code>.
 */
final class KeyTemplate {

    private static final ParameterNameDiscoverer PARAMETERS = new DefaultParameterNameDiscoverer();

    private static final Set<String> OF_SPEL = Set.of("root", "this");

    private final String text;

    private final Method method;

    private final List<Expression> parts;

    /**
     * @throws IllegalArgumentException if it says nothing that can be evaluated
     */
    KeyTemplate(String text, Method method) {
        this.text = text;
        this.method = method;
        this.parts = parse(text);
        Set<String> known = variables(method);
        for (Expression part : this.parts) {
            if (part instanceof SpelExpression expression) {
                checkVariables(expression.getAST(), known);
            }
        }
    }

    static boolean isTemplate(String name) {
        return name.contains("#{");
    }

    private static List<Expression> parse(String text) {
        try {
            Expression whole = new SpelExpressionParser().parseExpression(text, new TemplateParserContext());
            return (whole instanceof CompositeStringExpression parts) ? List.of(parts.getExpressions())
                    : List.of(whole);
        }
        catch (ParseException | IllegalStateException ex) {
            throw new IllegalArgumentException(ex.getMessage(), ex);
        }
    }

    private static Set<String> variables(Method method) {
        Set<String> known = new TreeSet<>();
        String[] names = PARAMETERS.getParameterNames(method);
        for (int i = 0; i < method.getParameterCount(); i++) {
            known.add("p" + i);
            known.add("a" + i);
            if (names != null) {
                known.add(names[i]);
            }
        }
        return known;
    }

    private static void checkVariables(SpelNode node, Set<String> known) {
        if (node instanceof VariableReference) {
            String name = node.toStringAST().substring(1);
            if (!known.contains(name) && !OF_SPEL.contains(name)) {
                throw new IllegalArgumentException("there is no parameter '" + name + "', known are " + known
                        + (known.stream().allMatch((each) -> each.matches("[pa]\\d+"))
                                ? " (names need the compiler's option -parameters)" : ""));
            }
        }
        for (int i = 0; i < node.getChildCount(); i++) {
            checkVariables(node.getChild(i), known);
        }
    }

    /**
     * The key of one call.
     * @throws IllegalArgumentException if an expression fails or has no value
     */
    String key(@Nullable Object target, @Nullable Object[] arguments) {
        MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(target, this.method, arguments,
                PARAMETERS);
        List<String> values = new ArrayList<>(this.parts.size());
        for (Expression part : this.parts) {
            values.add((part instanceof LiteralExpression literal) ? literal.getExpressionString()
                    : evaluate(part, context));
        }
        return String.join("", values);
    }

    private String evaluate(Expression part, MethodBasedEvaluationContext context) {
        String value;
        try {
            value = part.getValue(context, String.class);
        }
        catch (RuntimeException ex) {
            // SpEL passes on what a method throws as it is.
            throw new IllegalArgumentException("'" + part.getExpressionString() + "' in '" + this.text + "' failed: "
                    + ex.getMessage() + (isNoText(ex) ? makeText(part) : ""), ex);
        }
        if (value == null) {
            throw new IllegalArgumentException(
                    "'" + part.getExpressionString() + "' in '" + this.text + "' is null, which is no key");
        }
        return value;
    }

    /**
     * Whether an expression has a value, but one that has no conversion to text.
     */
    private static boolean isNoText(RuntimeException failure) {
        if (!(failure instanceof SpelEvaluationException ofSpel)
                || ofSpel.getMessageCode() != SpelMessage.TYPE_CONVERSION_ERROR) {
            return false;
        }
        @Nullable Object @Nullable [] fromAndTo = ofSpel.getInserts();
        return fromAndTo != null && fromAndTo.length > 1 && String.class.getName().equals(fromAndTo[1]);
    }

    private static String makeText(Expression part) {
        String value = part.getExpressionString().trim();
        boolean isOne = part instanceof SpelExpression expression && (expression.getAST() instanceof VariableReference
                || expression.getAST() instanceof CompoundExpression);
        return "; make it text, as in '#{" + (isOne ? value : "(" + value + ")")
                + ".toString()}', or use a property of it";
    }

    @Override
    public String toString() {
        return this.text;
    }

}
