/* The reference for the app's window: the same web view with a page of some
   words and one field, and nothing else. */
#include <gtk/gtk.h>
#include <webkit2/webkit2.h>

int main(int count, char **words) {
  gtk_init(&count, &words);
  GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
  gtk_window_set_title(GTK_WINDOW(window), "empty");
  gtk_window_set_default_size(GTK_WINDOW(window), 1280, 800);
  GtkWidget *view = webkit_web_view_new();
  gtk_container_add(GTK_CONTAINER(window), view);
  g_signal_connect(window, "destroy", G_CALLBACK(gtk_main_quit), NULL);
  webkit_web_view_load_html(WEBKIT_WEB_VIEW(view),
    "<h1>An empty window</h1><p>Some words, so that something is painted.</p>"
    "<textarea rows=5 cols=80 autofocus></textarea>", NULL);
  gtk_widget_show_all(window);
  gtk_widget_grab_focus(view);
  gtk_main();
  return 0;
}
