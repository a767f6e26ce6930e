import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Posts to each address that it is given, and prints a line an address: the status and the body, or what went wrong. */
public class Caller {
  public static void main(String[] urls) throws Exception {
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
    String port = System.getProperty("caller.proxyPort");
    if (port != null) {
      builder.proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", Integer.parseInt(port))));
      builder.authenticator(new Authenticator() {
        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
          return new PasswordAuthentication(System.getProperty("caller.user"), System.getProperty("caller.password").toCharArray());
        }
      });
    }
    HttpClient client = builder.build();
    for (String url : urls) {
      try {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).POST(HttpRequest.BodyPublishers.ofString("invoice")).build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode() + " " + answer.body().replace('\n', ' '));
      } catch (Exception fault) {
        System.out.println("ERROR " + String.valueOf(fault).replace('\n', ' '));
      }
    }
  }
}
