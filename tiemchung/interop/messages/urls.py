"""The addresses that providers of messages call."""

from django.urls import path

from tiemchung.interop.messages.hook import receive_receipt

urlpatterns = [path("sms", receive_receipt, name="sms_receipt")]
